"""Static shapes: what jaxtyping annotations and calls tell of arrays, before anything runs."""
