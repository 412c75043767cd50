Feature: Keeping details with a conversation
  Segment: Early
  Goal: expansion
  Impact: teams that sort their work by their own details grow into the plan and stay in it

  Rule: Details come back exactly as they were given
    Value: what a team's own tools write is what they read, so that they can build on it

    @TL-02.1 @needs.details @severity.critical
    Scenario: Details of every kind survive
      Given Ella has signed in on the Early plan
      When she starts a conversation called "Boxes for spring" with these details
        | detail              | kind    | value                         |
        | project             | text    | Emballage – Verpackung – 包装 📦 |
        | article             | text    | 007                           |
        | quotes wanted       | number  | 3                             |
        | budget / amount     | number  | 12500.75                      |
        | budget / currency   | text    | EUR                           |
        | budget / approved   | yes/no  | no                            |
        | urgent              | yes/no  | yes                           |
        | reviewer            | nothing |                               |
        | note                | text    |                               |
        | tags                | list    | spring, paper, costs          |
        | places / north / by | list    | rail, road                    |
      Then the conversation has exactly these details
      And they are the same when she signs in again
      And each detail is kept as the kind it was given

  Rule: Details come with the Early plan, and the Free plan says so
    Value: whoever needs details learns in one sentence which plan to choose

    @TL-02.2 @needs.details
    Scenario: The Free plan names the plan that has details
      Given Ella has signed in on the Early plan
      And Fay has signed in on the Free plan
      And Ella has started a conversation called "Boxes for spring" with the detail "project"
      When Fay tries to start a conversation called "Boxes for spring" with the detail "project"
      Then she is told that the Free plan does not include it, and the Early plan does
      And she has no conversation
