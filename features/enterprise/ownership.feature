Feature: Ownership
  Segment: Enterprise
  Goal: trust
  Impact: a conversation that can be put under another name, or taken from its owner, proves nothing in a dispute

  Background:
    Given Enid has signed in on the Enterprise plan
    And she has started a conversation called "Plans for the takeover"
    And Sam, a stranger, has signed in

  Rule: The customer who is signed in owns what they start, no matter whom the request names
    Value: a company can trust the name under a conversation

    @TL-12.1 @needs.strict_input @severity.blocker
    Scenario Outline: Naming another customer as the owner in <place>
      Given Sam has started a conversation called "My own affairs"
      When Sam tries to start a conversation that names Enid as its owner in <place>
      Then Enid has exactly what she started
      And Sam has exactly what he started

      Examples:
        | place            |
        | the request      |
        | the address      |
        | an extra heading |

    @TL-12.2 @needs.status @severity.blocker
    Scenario: Changing the conversation of another customer
      Given Sam has started a conversation called "My own affairs"
      And Sam has marked "My own affairs" as completed
      When Sam tries to mark Enid's "Plans for the takeover" as archived
      Then it is refused, because there is no such conversation
      And Enid has exactly what she started

  Rule: The key of a request means something to its sender alone
    Value: customers choose their keys freely, and never meet the conversations of others

    @TL-12.11 @needs.keyed @severity.blocker
    Scenario: Two customers send the same request with the same key
      Given Enid's requests have the key "plan 1"
      And Sam's requests have the key "plan 1"
      When Enid starts a conversation called "Our plans"
      And Sam starts a conversation called "Our plans"
      Then Enid has exactly what she started
      And Sam has exactly what he started
