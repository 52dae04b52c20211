"""The parts that all pages share: responses, security headers, the pages behind mailed links, the theme's colours."""
