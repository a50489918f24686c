# The question before a secret is deleted.

delete-question =
    { $days ->
        [0] 確定要刪除 <b>{ MARKUP($display_name) }</b>（<code>{ MARKUP($name) }</code>）嗎？所有以其拉取的項目都將停止運作，且其值無法復原。
       *[other] 確定要刪除 <b>{ MARKUP($display_name) }</b>（<code>{ MARKUP($name) }</code>）嗎？所有以其拉取的項目都將停止運作。您可以在 { $days } 天內還原。
    }
