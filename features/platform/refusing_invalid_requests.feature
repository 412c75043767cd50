Feature: Refusing invalid requests
  Segment: Every plan
  Goal: stability
  Impact: a bad request that is half accepted costs support hours, and sometimes a customer's data

  Rule: A refusal names the part of the request that is wrong, and nothing is left of the request
    Value: developers who build on the product can correct their mistakes alone, and nothing needs to be cleaned up

    @TL-05.12 @needs.access @policy.unknown_members.refused
    Scenario Outline: Each request is sent <how>
      Given Mia has signed in on the Mid plan
      And she has started a conversation called "Boxes for spring"
      And Mia has asked the agent "Paper or card?" in "Boxes for spring"
      When every act on "Boxes for spring" is tried <how>
      Then each of these is refused, because the unknown part is wrong

      Examples:
        | how                                         |
        | with a part that nobody knows in its address |
        | with a part that nobody knows in its content |

    @TL-05.1 @needs.live @severity.critical
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

      @needs.strict_input
      Examples:
        | problem                            | part          |
        | a title that is a number           | title         |
        | an empty title                     | title         |
        | a title that is too long           | title         |
        | a title with a forbidden character | title         |
        | an empty first message             | first message |
        | a first message that is too long   | first message |
        | details that are a list            | details       |
        | details nested too deep            | details       |
        | details that are too large         | details       |
        | details with a forbidden character | details       |
        | another customer named as owner    | owner         |
        | a request torn off half-way        | request       |

      @needs.strict_input @policy.unknown_members.refused
      Examples:
        | problem                  | part         |
        | a part that nobody knows | unknown part |

      Examples:
        | problem                                    | part  |
        | the first half of an emoji as its title    | title |
        | the second half of an emoji as its title   | title |
        | a text one character too long as its title | title |
        | one emoji too many as its title            | title |

      @policy.blank_text.refused
      Examples:
        | problem                                 | part  |
        | only spaces as its title                | title |
        | only no-break spaces as its title       | title |
        | only zero-width characters as its title | title |
        | only blank letters as its title         | title |

      @needs.titles
      Examples:
        | problem                                         | part          |
        | the first half of an emoji as its first message | first message |
        | a NUL character as its first message            | first message |
        | one emoji too many as its first message         | first message |

      @needs.titles @policy.blank_text.refused
      Examples:
        | problem                                         | part          |
        | only line breaks as its first message           | first message |
        | only zero-width characters as its first message | first message |

      @needs.titles @needs.metadata
      Examples:
        | problem                                  | part    |
        | the second half of an emoji as a detail  | details |
        | a name with half of an emoji as a detail | details |
        | a number out of range as a detail        | details |
        | details one level too deep as a detail   | details |
        | details one byte too large as a detail   | details |
