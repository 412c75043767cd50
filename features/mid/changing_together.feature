Feature: Changing one conversation together
  Segment: Mid
  Goal: expansion
  Impact: a team lets its tools work on one conversation only if none of them undoes what another has done

  Rule: Changes made at the same moment all last
    Value: as many tools as a team likes can keep their own details with one conversation

    @TL-15.1 @needs.details @severity.critical
    Scenario: Twenty changes at the same moment
      Given Mia has signed in on the Mid plan
      And she has started a conversation called "Boxes for spring" with the detail "project"
      When 20 of her tools each add a detail of their own to it at the same moment
      Then all that was answered fits one order of what was done
      And it has what they made of it and what was there before, and keeps it

  Rule: Whoever changes only what they have seen never overwrites what they have not
    Value: nobody's work is lost unread, and whoever came too late knows it

    @TL-15.2 @needs.details @severity.critical
    Scenario: Ten tools change what all of them have just seen
      Given Mia has signed in on the Mid plan
      And she has started a conversation called "Boxes for spring" with the detail "project"
      When 10 of her tools each change it, provided that it is still as they saw it, 5 times over
      Then all that was answered fits one order of what was done
      And each time one of them changed it, and all others were told how far it had come
      And it has what they made of it and what was there before, and keeps it
