Feature: Reading the list page by page
  Segment: Free
  Goal: retention
  Impact: customers who cannot find an old conversation start it again, and tell others that the product loses things

  Background:
    Given Fay has signed in on the Free plan
    And she has started 30 conversations

  Rule: The pages of the list show every conversation once, even if more are started meanwhile
    Value: customers miss nothing, and read nothing twice

    @TL-18.1 @needs.paging @severity.critical
    Scenario: Thirty conversations, seven to a page, while others are started
      Given she has written "Not now" in "Conversation 19"
      And she has written "Now" in "Conversation 4"
      And she has written "Soon" in "Conversation 11"
      When she reads the list in pages of 7, starting another conversation after each page
      Then Fay saw all 30 conversations once, the latest first

    @TL-18.2 @needs.paging
    Scenario Outline: The list cannot be read with <problem>
      Given Sam, a stranger, has signed in
      And he has started 2 conversations
      And Fay has read the list in pages of 7
      When Fay tries to read the list with <problem>
      Then it is refused, because the <part> is wrong

      Examples:
        | problem                                  | part      |
        | a next page that is made up              | next page |
        | the next page of another customer's list | next page |
        | the next page of a list of other statuses | next page |
        | an empty page                            | page size |
        | a page of a million conversations        | page size |
        | a filter that nobody knows               | unknown part |
        | a status that nobody knows               | status    |
        | a date that is no date                   | date      |
        | a date without a time zone               | date      |

    @TL-18.3 @needs.paging
    Scenario: Thirty conversations, ten to a page
      Given she has written "Not now" in "Conversation 19"
      When she reads the list in pages of 10
      Then Fay saw all 30 conversations once on 3 pages, the latest first
