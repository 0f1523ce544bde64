-- Who is still to be told how a suggestion ended.

-- A row stands for who made the suggestion. It is made with the decision, and goes when they were told or cannot be.
CREATE TABLE untold (
    suggestion BIGINT PRIMARY KEY REFERENCES suggestion (id) ON DELETE CASCADE
);
