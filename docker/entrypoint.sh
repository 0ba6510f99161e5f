#!/bin/sh
# Brings the database to the version this image needs, then becomes the command: signals reach it directly.
# ADAPTER_MIGRATE=0 leaves the database alone, for those who run `db upgrade` as a step of its own.
set -eu
[ $# -gt 0 ] || set -- serve
if [ "$1" = serve ] && [ "${ADAPTER_MIGRATE:-1}" != 0 ]; then
    ip-adapter db upgrade
fi
exec ip-adapter "$@"
