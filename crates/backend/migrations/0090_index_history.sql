-- The history of one secret: what was changed, and what else happened, each without a walk through every read of its value.
-- The conditions are those of `audit::history`, to the letter: the planner takes these indexes for no others.

CREATE INDEX audit_records_changes_by_object ON audit_records (object, id)
    WHERE action IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', 'secret removed for good',
        'SSH key generated', 'SSH key switched', 'SSH key discarded');

CREATE INDEX audit_records_others_by_object ON audit_records (object, id)
    WHERE action NOT IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', 'secret removed for good',
        'SSH key generated', 'SSH key switched', 'SSH key discarded')
    AND NOT (action = 'value read' AND outcome = 'done');
