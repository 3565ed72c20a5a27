"""Albums that owners put together here, of photos from anywhere in the library."""
