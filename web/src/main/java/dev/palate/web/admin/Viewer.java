package dev.palate.web.admin;

/// Through whose eyes a page is seen.
///
/// @param user the id
/// @param name as shown after "You are"
/// @param mayChange true when the session may look through other eyes
public record Viewer(String user, String name, boolean mayChange) {}
