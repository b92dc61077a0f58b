"""What we know of Meta's side: accounts, numbers, deliveries, files, incidents."""

from meta_integration.models.accounts import WABA, ConnectionEvent, NumberTraffic, PhoneNumber
from meta_integration.models.connecting import ConnectAttempt, DataDeletion, ReconnectLink
from meta_integration.models.deliveries import WebhookDelivery, WebhookItemError
from meta_integration.models.files import MediaAsset, MediaUpload, stored_name
from meta_integration.models.troubles import GraphCall, Incident

__all__ = [
    "ConnectAttempt",
    "ConnectionEvent",
    "DataDeletion",
    "GraphCall",
    "Incident",
    "MediaAsset",
    "MediaUpload",
    "NumberTraffic",
    "PhoneNumber",
    "ReconnectLink",
    "WABA",
    "WebhookDelivery",
    "WebhookItemError",
    "stored_name",
]
