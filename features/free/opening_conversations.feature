Feature: Opening conversations
  Segment: Free
  Goal: trust
  Impact: one customer who can open another's conversation costs every contract, on any plan

  Rule: Only the owner can open a conversation, and no one else learns that it exists
    Value: what customers write stays with them

    @TL-17.1 @severity.blocker
    Scenario: A stranger asks for a conversation by its address
      Given Fay has signed in on the Free plan
      And Sam, a stranger, has signed in
      When Fay starts a conversation called "Boxes for spring"
      Then "Boxes for spring" has:
        | title | Boxes for spring |
      And Sam cannot find or open "Boxes for spring"

    @TL-17.2 @severity.blocker
    Scenario: A colleague asks for a conversation by its address
      Given Fay has signed in on the Free plan
      And Carl, a colleague of Fay's, has signed in
      When Fay starts a conversation called "Boxes for spring"
      Then "Boxes for spring" has:
        | title | Boxes for spring |
      And Carl cannot find or open "Boxes for spring"
