"""The sample site: from known figures to pages in the markups that real sites use."""
