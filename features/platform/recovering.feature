Feature: Recovering from errors
  Segment: Every plan
  Goal: stability
  Impact: an error that outlives its cause turns one complaint into a hundred

  Rule: After an error everything is as it was before, and the next step works
    Value: a hiccup stays a hiccup

    @TL-16.1 @severity.critical
    Scenario: The database drops its connections after a failed change
      Given Mia has signed in on the Mid plan
      And she has started a conversation called "Boxes for spring" with the detail "project"
      When she tries to mark "Boxes for spring" as something that does not exist
      And the database drops every connection
      And she marks "Boxes for spring" as completed
      Then she was told the first time that the mark is wrong
      And "Boxes for spring" is completed when she opens it again
      And "Boxes for spring" is kept as completed
      And it was changed once
