Feature: Opening conversations
  Segment: Free
  Goal: trust
  Impact: one person who opens another's conversation is one too many, on any plan

  Rule: Only the owner can open a conversation, and nobody else learns that it exists
    Value: what is written down stays with whoever wrote it

    @TL-17.1 @severity.blocker
    Scenario: A stranger asks for a conversation by its number
      Given Fay has signed in on the Free plan
      And Sam, a stranger, has signed in
      When Fay starts a conversation called "Boxes for spring"
      Then it opens for Fay as it was confirmed
      And for Sam "Boxes for spring" is as if it had never existed
