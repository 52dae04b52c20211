"""Reads what mail services report of the mails that they sent for us: verifies each request, and returns its events in
one common form.

There is a function for each service, which needs neither network nor database: `amazon.read`, `mailgun.read`,
`postmark.read`, `sendgrid.read`, `brevo.read`. Each raises NotVerified if the request does not prove that the service
sent it, and Unreadable if it does, but does not have the documented form.
"""
