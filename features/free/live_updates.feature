Feature: Seeing changes as they happen
  Segment: Free
  Goal: retention
  Impact: customers who must reload a page to see their own work leave for a product where they need not

  Background:
    Given Fay has signed in on the Free plan
    And Sam, a stranger, has signed in

  Rule: A new conversation appears at once on the devices of its owner, and on no other device
    Value: customers can trust the screen without reloading it, and no one else sees their work

    @TL-03.1 @needs.live @severity.critical
    Scenario: A new conversation appears on the phone of its owner
      Given Fay's phone is open and shows each new conversation
      And Sam's laptop is open
      When Fay starts a conversation called "Boxes for spring"
      Then Fay's phone received exactly these events:
        | event                | of               | shown at once |
        | conversation started | Boxes for spring | yes           |
      And Sam's laptop received nothing

    @TL-03.2 @needs.live @severity.blocker
    Scenario: A stranger who claims to be the owner sees nothing of hers
      Given Sam's laptop is open and claims to be Fay's
      When Sam starts a conversation called "My own affairs"
      And Fay starts a conversation called "Boxes for spring"
      Then Sam's laptop received exactly these events:
        | event                | of             |
        | conversation started | My own affairs |
