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

  Rule: No act changes anything that it does not name, whether it is done or refused
    Value: customers can combine all functions of the product without ever losing what they made before

    @TL-16.2 @needs.metadata @needs.status @needs.live @needs.cancellation @needs.model @random
    Scenario: Any acts, in any order
      When two customers do 30 acts at random, in each of 3 stories
      Then everything is as their acts have made it
