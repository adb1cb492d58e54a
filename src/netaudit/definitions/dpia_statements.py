"""What only the controller can say of the monitoring, each in words of their own: free text of [dpia].

netaudit prints them as the controller's statements and never writes one itself. Source: the ICO's template of a DPIA,
UK GDPR Article 30, DPA 2018 Schedule 1, and the questions of Bărbulescu v Romania (ECtHR, 61496/08), paragraph 121.
"""

from __future__ import annotations

from collections.abc import Mapping

STATEMENTS: Mapping[str, str] = {
    "need": "Why this monitoring is needed, and why it needs an assessment",
    "purposes": "The purposes of the monitoring",
    "legitimate_reasons": "The reasons that justify it",
    "benefits": "What is to be achieved, the effect on people, and the benefits",
    "lawful_basis": "The lawful basis (UK GDPR Article 6)",
    "special_category_condition": "The condition for special category data (UK GDPR Article 9(2))",
    "schedule_1_condition": "The condition of DPA 2018 Schedule 1",
    "appropriate_policy_document": "The appropriate policy document, and whether data is kept and erased as it says",
    "policy_text": "The policy that staff are held to, and where they find it",
    "relationship": "The relationship with those who are monitored, and what they expect",
    "concerns": "How much control they have, earlier concerns or incidents, the state of technology, codes of conduct",
    "notice": "How and when staff were told",
    "consultation": "Who was consulted, and what they said",
    "necessity": "Why the monitoring achieves its purpose, and why it goes no further than needed",
    "less_intrusive": "Less intrusive means that were considered",
    "consequences": "What follows for somebody from a finding",
    "recipients": "Recipients outside the organisation, and processors",
    "transfers": "Transfers to third countries",
    "source_logs": "Who holds the source logs, for how long, and where they are decrypted",
    "rights": "How somebody objects, is given access, has data corrected, or complains",
    "dpo_advice": "The advice of the data protection officer",
    "siro": "The decision of the Senior Information Risk Owner",
    "residual_risk": "The risk that remains, and who accepted it",
}
"""Key of [dpia] → the question that it answers, in the order of the annex."""
