"""Subscriptions: asked for by their subscribers, and told by the worker of what they may see. HL7 subscriptions-backport 1.1."""
