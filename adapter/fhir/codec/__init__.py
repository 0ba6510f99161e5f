"""Reading and writing of JSON and XML: bytes to and from one tree, without loss of digits or order."""
