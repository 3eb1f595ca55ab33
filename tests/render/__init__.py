"""An independent witness: true reports, printed into many layouts, with what each page prints for every figure."""
