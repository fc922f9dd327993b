-- Finds what is past its time without looking at what has no end.
create index memory_end on memory (valid_to) where status = 'active' and valid_to is not null;
