-- What a job needs to go on after the end of its process, in the form of its kind; empty for most.
alter table job add column state text not null default '';
