Feature: Repeating a request
  Segment: Every plan
  Goal: stability
  Impact: a program that cannot repeat a request after a lost answer makes things twice, and customers pay for both

  Background:
    Given Mia has signed in on the Mid plan
    And her requests have the key "spring 1"

  Rule: A request that is repeated with its key has no second effect, and gets the first answer
    Value: programs repeat a request whenever they are unsure, and nothing is made twice

    @TL-06.11 @needs.keyed @needs.renaming @needs.live @severity.critical
    Scenario: A conversation that is started twice with one key
      Given her phone is open
      When she starts a conversation called "Boxes for spring"
      And she renames "Boxes for spring" to "Boxes for summer"
      And she starts a conversation called "Boxes for spring"
      Then Mia finds exactly:
        | title            |
        | Boxes for summer |
      And "Boxes for summer" has:
        | title           | Boxes for summer |
        | repeated answer | the first answer |
      And Mia's phone received exactly these events:
        | event                | title            |
        | conversation started | Boxes for spring |
        | conversation changed | Boxes for summer |

    @TL-06.12 @needs.keyed @needs.model
    Scenario: A message and a question that are sent twice with one key
      Given the assistant answers Mia with "Card"
      And she has started a conversation called "Boxes for spring"
      When Mia's requests have the key "message 1"
      And she writes "Paper or card?" in "Boxes for spring"
      And she writes "Paper or card?" in "Boxes for spring"
      And Mia's requests have the key "question 1"
      And she asks the agent "And the lids?" in "Boxes for spring"
      And she asks the agent "And the lids?" in "Boxes for spring"
      Then "Boxes for spring" has:
        | messages        | Paper or card?; And the lids?; Card |
        | repeated answer | the first answer                    |
      And the assistant was asked exactly:
        | question      |
        | And the lids? |

  Rule: A request that failed leaves its key free
    Value: after an error customers can repeat the very same request

    @TL-06.13 @needs.keyed @needs.titles @needs.outages @severity.critical
    Scenario: The key of a request that failed half-way
      When the database refuses messages
      And Mia tries to start a conversation by asking "Which box suits us best?"
      And the database is back
      And she starts a conversation by asking "Which box suits us best?"
      Then it is refused, because the product failed
      And Mia has exactly what she started
      And the conversation has:
        | messages | Which box suits us best? |

  Rule: A key stands for one request
    Value: a mistake in a program shows at once, and loses nothing

    @TL-05.11 @needs.keyed
    Scenario: The key of another request
      Given she has started a conversation called "Boxes for spring"
      When she tries to start a conversation called "Boxes for autumn"
      Then it is refused, because the request key is wrong
      And Mia has exactly what she started
