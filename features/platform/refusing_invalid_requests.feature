Feature: Refusing invalid requests
  Segment: Every plan
  Goal: stability
  Impact: a bad request that is half accepted costs support hours, and sometimes a customer's data

  Rule: A refusal names the part of the request that is wrong, and nothing is left of the request
    Value: developers who build on the product can correct their mistakes alone, and nothing needs to be cleaned up

    @TL-05.1 @needs.strict_input @needs.live @severity.critical
    Scenario Outline: A conversation cannot be started with <problem>
      Given Mia has signed in on the Mid plan
      And her phone is open
      And she has started a conversation called "Boxes for spring"
      When she tries to start a conversation with <problem>
      Then it is refused, because the <part> is wrong
      And Mia has exactly what she started
      And her phone received exactly these events:
        | event                | of               |
        | conversation started | Boxes for spring |

      Examples:
        | problem                              | part          |
        | a title that is a number             | title         |
        | an empty title                       | title         |
        | a title that is too long            | title         |
        | a title with a forbidden character   | title         |
        | an empty first message               | first message |
        | a first message that is too long    | first message |
        | details that are a list              | details       |
        | details nested too deep              | details       |
        | details that are too large        | details       |
        | details with a forbidden character   | details       |
        | another customer named as owner      | owner         |
        | a request torn off half-way          | request       |

      @policy.unknown_members.refused
      Examples:
        | problem                  | part         |
        | a part that nobody knows | unknown part |
