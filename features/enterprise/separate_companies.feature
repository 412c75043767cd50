Feature: Keeping companies apart
  Segment: Enterprise
  Goal: trust
  Impact: one conversation seen by the wrong company ends the contract, and the contracts that were to follow it

  Rule: Customers find their own conversations and no others, even if many are started at the same moment
    Value: a company can let its people write down what must stay in the company

    @TL-04.1 @severity.blocker
    Scenario: Ten companies start conversations at the same moment
      Given 10 customers of different companies have signed in on the Enterprise plan
      And Sam, a stranger, has signed in
      When these are done at the same moment:
        | times | act                                                  |
        | 3     | each of them starts a conversation called "Our plans" |
      Then each of them has exactly what they started
      And Sam cannot find or open any of their conversations
