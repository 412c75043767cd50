Feature: Keeping companies apart
  Segment: Enterprise
  Goal: trust
  Impact: one conversation seen by the wrong company ends the contract, and the ones that were to follow it

  Rule: Customers find their own conversations and no others, however many are started at once
    Value: a company can let its people write down what must not leave the house

    @TL-04.1 @severity.blocker
    Scenario: Ten companies start conversations at the same moment
      Given 10 customers of different companies have signed in on the Enterprise plan
      And Sam, a stranger, has signed in
      When each of them starts 3 conversations at the same moment
      Then each of them finds exactly the conversations they started
      And every conversation is kept under the customer who started it
      And for Sam each of them is as if it had never existed
