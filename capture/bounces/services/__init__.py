"""What mail services tell of the mails they sent for us: each request verified, then brought to one form.

Each service is a pure function of a request, so that neither network nor database is needed to know what it says:
`amazon.read`, `mailgun.read`, `postmark.read`, `sendgrid.read`, `brevo.read`. Each raises NotVerified where the request
does not prove where it comes from, and Unreadable where it does but says something else than documented.
"""
