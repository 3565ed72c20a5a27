"""What the owner's pages show and take, beside the views."""
