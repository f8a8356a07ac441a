"""Deep networks of restricted machines: learned layer by layer, then fine-tuned as a whole (chapter 9)."""
