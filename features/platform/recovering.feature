Feature: Recovering from errors
  Segment: Every plan
  Goal: stability
  Impact: an error that outlives its cause turns one complaint into a hundred

  Rule: After an error everything is as before, and the next step works
    Value: a brief fault costs customers one repetition and no more

    @TL-16.1 @needs.status @needs.outages @policy.version.rises @severity.critical
    Scenario: The database drops its connections after a refused change
      Given Mia has signed in on the Mid plan
      And she has started a conversation called "Boxes for spring"
      When she tries to mark "Boxes for spring" as finished
      And the database drops its connections
      And Mia marks "Boxes for spring" as completed
      Then it is refused, because the status is wrong
      And "Boxes for spring" has:
        | status  | completed             |
        | version | one later than before |

    @TL-16.3 @needs.live @needs.model @needs.outages @severity.critical
    Scenario Outline: The database refuses <what> once while an agent is at work
      Given Mia has signed in on the Mid plan
      And she has started a conversation called "Boxes for spring"
      And her phone is open
      And the assistant thinks before it answers Mia with "The smallest one"
      When she asks the agent "Which box suits us best?" in "Boxes for spring"
      And the database refuses <what> once
      And the assistant answers Mia
      And the database is back
      Then "Boxes for spring" has:
        | messages | Which box suits us best?; The smallest one |
      And her phone received exactly these events:
        | event          | of               |
        | message added  | Boxes for spring |
        | agent started  | Boxes for spring |
        | message added  | Boxes for spring |
        | agent answered | Boxes for spring |

      Examples:
        | what          |
        | conversations |
        | messages      |
        | runs          |
        | events        |

  Rule: No act changes anything that it does not name, whether it is done or refused
    Value: customers can combine all functions of the product without ever losing what they made before

    @TL-16.2 @needs.metadata @needs.status @needs.live @needs.cancellation @needs.model @random
    Scenario: Any acts, in any order
      When two customers do 30 acts at random, in each of 3 stories
      Then everything is as their acts have made it
