Feature: Starting conversations under load
  Segment: Every plan
  Goal: stability
  Impact: customers try again after one second and give up after three; both make a busy hour worse

  Rule: Starting a conversation is quick when many customers do so at the same moment
    Value: a busy hour feels like any other hour

    @TL-08.1 @load @severity.critical
    Scenario: Fifty conversations started at the same moment
      Given 10 customers of different companies have signed in on the Mid plan
      When these are done at the same moment, repeated until it is clear whether 95 of 100 take at most 1 second:
        | times | act                                                   |
        | 5     | each of them starts a conversation called "Our plans" |
      Then each of them has exactly what they started
      And 95 of 100 starts took at most 1 second
