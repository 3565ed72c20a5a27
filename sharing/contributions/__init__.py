"""What guests send: its way from their phones to the library, with the owner's word in between."""
