"""The build of the profiles: ``python -m profiles`` compiles the FSH of this folder with SUSHI.

The definitions it writes to ``profiles/definitions`` are committed: differentials, never snapshots. The
package with snapshots goes to ``build``.
"""
