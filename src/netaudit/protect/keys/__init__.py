"""Random keys, one per table and period, in a folder of their own: a key destroyed is a table forgotten."""

from netaudit.protect.keys.changing import Rewrapped, destroy, destroy_places, is_name_of_table, rewrap
from netaudit.protect.keys.folder import KeyState
from netaudit.protect.keys.keyring import Keyring, key_states
from netaudit.protect.keys.looking import SeenKeys, look
from netaudit.protect.keys.sources import wrapping_key
from netaudit.protect.keys.wrapping import WrappingKey

__all__ = [
    "KeyState",
    "Keyring",
    "Rewrapped",
    "SeenKeys",
    "WrappingKey",
    "destroy",
    "destroy_places",
    "is_name_of_table",
    "key_states",
    "look",
    "rewrap",
    "wrapping_key",
]
