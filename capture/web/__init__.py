"""What all pages share: answers, security headers, questions behind mailed links, the theme's colours."""
