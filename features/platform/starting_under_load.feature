Feature: Starting conversations under load
  Segment: Every plan
  Goal: stability
  Impact: people try again after a second and give up after three; both make a busy hour worse

  Rule: Starting a conversation is quick when many do so at once
    Value: a busy hour feels like any other

    @TL-08.1 @load @severity.critical
    Scenario: Fifty conversations started at once
      Given 10 customers of different companies have signed in on the Mid plan
      When they start 50 conversations at once, again until it is clear whether 95 of 100 take at most 1 second
      Then every one of them is there
      And 95 of 100 were started within 1 second
