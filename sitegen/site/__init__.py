"""A site folder as typed values: settings, pages, theme, assets, and where each page stands."""
