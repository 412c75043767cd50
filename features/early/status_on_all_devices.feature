Feature: The same status on all devices
  Segment: Early
  Goal: retention
  Impact: two people who see different states of one conversation do the work twice, or not at all

  Rule: Every open device receives each change of status once, in order, with the status before it
    Value: every device shows the current status and how it came about

    @TL-14.1 @needs.live @needs.status @severity.critical
    Scenario: Three changes in a row
      Given Ella has signed in on the Early plan
      And she has started a conversation called "Boxes for spring"
      And her phone is open
      And her laptop is open
      When she marks "Boxes for spring" as completed
      And she marks "Boxes for spring" as archived
      And she marks "Boxes for spring" as active
      Then each of Ella's devices received exactly these events:
        | event          | of               | from      | to        |
        | status changed | Boxes for spring | active    | completed |
        | status changed | Boxes for spring | completed | archived  |
        | status changed | Boxes for spring | archived  | active    |

  Rule: Every open device receives each new title and each change of details
    Value: a conversation has one name on every screen

    @TL-14.11 @needs.live @needs.renaming @needs.metadata
    Scenario: A new title and a new detail
      Given Ella has signed in on the Early plan
      And she has started a conversation called "Boxes for spring"
      And her phone is open
      And her laptop is open
      When she renames "Boxes for spring" to "Boxes for summer"
      And she changes the details of "Boxes for summer":
        | detail | kind | value |
        | due    | text | June  |
      And she signs in again
      Then each of Ella's devices received exactly these events:
        | event                | of               | title            |
        | conversation changed | Boxes for summer | Boxes for summer |
        | conversation changed | Boxes for summer | Boxes for summer |
      And "Boxes for summer" has:
        | title | Boxes for summer |
