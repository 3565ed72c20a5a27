"""How a guest is shown what a link shares: plain values for pages, made from the library's."""
