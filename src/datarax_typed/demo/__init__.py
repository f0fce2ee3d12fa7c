"""What the command `datarax-typed demo` shows, on real pictures, captions and sound."""
