"""Espalier's capture service: stores every sign-up and credits it to the member on whose page the person signed up."""
