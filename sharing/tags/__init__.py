"""Words that an owner's programs put on photos: kept here, since no folder keeps them."""
