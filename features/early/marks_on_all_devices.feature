Feature: Marks on all devices
  Segment: Early
  Goal: retention
  Impact: two people who see different states of one conversation do the work twice, or not at all

  Rule: Every change of a mark reaches every open device of its owner, once and in order, with what was before
    Value: whichever device is looked at tells how things stand, and how they came to stand so

    @TL-14.1 @needs.live @severity.critical
    Scenario: Three changes in a row
      Given Ella has signed in on the Early plan
      And her phone is open
      And her laptop is open
      And she has started a conversation called "Boxes for spring"
      When she marks "Boxes for spring" as completed
      And she marks "Boxes for spring" as archived
      And she marks "Boxes for spring" as active
      Then her phone has told of these changes and no others
        | from      | to        |
        | active    | completed |
        | completed | archived  |
        | archived  | active    |
      And her laptop has told of these changes and no others
        | from      | to        |
        | active    | completed |
        | completed | archived  |
        | archived  | active    |
