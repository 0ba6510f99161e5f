"""Resources and records as bytes, read and written exactly, and the one tree they are in between."""
