"""`hub.rules`: the rules as the routers and the API know them."""

from hub.io.kafka.rules_chain import BrokenRules
from hub.io.kafka.rules_follower import RulesFollower
from hub.io.kafka.rules_publisher import RulesPublisher

__all__ = ["BrokenRules", "RulesFollower", "RulesPublisher"]
