package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.access.Role;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Every way of asking wrongly that we know of, with the problem it is answered by.
class BadInputTest {
    @TempDir
    static Path directory;

    private static TestServer server;
    private static String userKey;
    private static String appKey;
    private static String memory;

    @BeforeAll
    static void start() {
        server = TestServer.start(directory);
        server.films(3);
        server.ok(201, server.call(server.admin(), "PUT", "/v1/users/ann", "{}"));
        server.ok(201, server.call(server.admin(), "PUT", "/v1/users/bob", "{}"));
        userKey = server.key(Role.USER, "ann");
        appKey = server.key(Role.APP, null);
        memory = Samples.memory(server, "ann", "Likes slow films");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// One wrong request.
    ///
    /// @param key `admin`, `user` (of ann), `app`, `none` or a literal secret
    /// @param detail what the detail of the problem must contain
    /// @param pointer of the first fault, absent when it has none
    record Row(
            String name,
            String key,
            String method,
            String path,
            @Nullable String body,
            List<String> headers,
            int status,
            String code,
            String detail,
            @Nullable String pointer) {
        Row with(String... added) {
            return new Row(name, key, method, path, body, List.of(added), status, code, detail, pointer);
        }

        Row at(String at) {
            return new Row(name, key, method, path, body, headers, status, code, detail, at);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Row row(
            String name,
            String key,
            String method,
            String path,
            @Nullable String body,
            int status,
            String code,
            String detail) {
        return new Row(name, key, method, path, body, List.of(), status, code, detail, null);
    }

    static Stream<Row> rows() {
        return Stream.of(bodies(), credentials(), scopes(), things(), framework())
                .flatMap(rows -> rows);
    }

    private static Stream<Row> bodies() {
        String invalid = "validation_failed";
        return Stream.of(
                row(
                                "malformed JSON",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"n\": 5,",
                                400,
                                invalid,
                                "malformed JSON at line 1")
                        .at("#"),
                row("trailing text", "admin", "POST", "/v1/recommendations", "{} {}", 400, invalid, ""),
                row("no body", "admin", "POST", "/v1/recommendations", "", 400, invalid, "a JSON body is required"),
                row(
                                "unknown field",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"user\":\"ann\"}",
                                400,
                                invalid,
                                "unknown field user; allowed: ")
                        .at("#/user"),
                row(
                                "unknown nested field",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"filters\":{\"price\":{}}}",
                                400,
                                invalid,
                                "unknown field price")
                        .at("#/filters/price"),
                row(
                        "duplicate field",
                        "admin",
                        "POST",
                        "/v1/recommendations",
                        "{\"n\":1,\"n\":2}",
                        400,
                        invalid,
                        "malformed JSON"),
                row("wrong type", "admin", "POST", "/v1/recommendations", "{\"n\":\"five\"}", 400, invalid, "")
                        .at("#/n"),
                row(
                        "too many wanted",
                        "admin",
                        "POST",
                        "/v1/recommendations",
                        "{\"n\":101}",
                        400,
                        invalid,
                        "size must be in [1, 100], was 101"),
                row(
                                "upside-down years",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"filters\":{\"year\":{\"gte\":2000,\"lte\":1990}}}",
                                400,
                                invalid,
                                "year range must not end before it starts")
                        .at("#/filters"),
                row(
                                "null among quotas",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"quotas\":[{\"at_most\":3},null]}",
                                400,
                                invalid,
                                "quotas/1 is required")
                        .at("#/quotas/1"),
                row(
                                "null among seeds",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"context\":{\"seed_item_ids\":[null]}}",
                                400,
                                invalid,
                                "seed_item_ids must not hold null")
                        .at("#/context/seed_item_ids"),
                row(
                                "null among items to avoid",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"context\":{\"avoid_item_ids\":[\"a\",null]}}",
                                400,
                                invalid,
                                "avoid_item_ids must not hold null")
                        .at("#/context/avoid_item_ids"),
                row(
                                "null among categories",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"filters\":{\"categories\":[\"Drama\",null]}}",
                                400,
                                invalid,
                                "categories must not hold null")
                        .at("#/filters/categories"),
                row(
                                "null among excluded categories",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"filters\":{\"exclude_categories\":[null]}}",
                                400,
                                invalid,
                                "exclude_categories must not hold null")
                        .at("#/filters/exclude_categories"),
                row(
                                "a range of numbers upside down",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"filters\":{\"numbers\":{\"price\":{\"gte\":3,\"lte\":2}}}}",
                                400,
                                invalid,
                                "a range of price must go from a number to one not below it, was 3.0 to 2.0")
                        .at("#/filters/numbers/price"),
                row(
                                "null among tags",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"filters\":{\"tags\":[null]}}",
                                400,
                                invalid,
                                "tags must not hold null")
                        .at("#/filters/tags"),
                row(
                                "null among excluded tags",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"filters\":{\"exclude_tags\":[null]}}",
                                400,
                                invalid,
                                "exclude_tags must not hold null")
                        .at("#/filters/exclude_tags"),
                row(
                                "null among excluded items",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"filters\":{\"exclude_item_ids\":[null]}}",
                                400,
                                invalid,
                                "exclude_item_ids must not hold null")
                        .at("#/filters/exclude_item_ids"),
                row(
                                "bad use_llm",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "{\"use_llm\":\"maybe\"}",
                                400,
                                invalid,
                                "use_llm must be auto or never, was maybe")
                        .at("#/use_llm"),
                row(
                                "untitled item",
                                "admin",
                                "PUT",
                                "/v1/items/i9",
                                "{\"year\":1990}",
                                400,
                                invalid,
                                "title is required")
                        .at("#/title"),
                row(
                        "item id of another path",
                        "admin",
                        "PUT",
                        "/v1/items/i9",
                        "{\"item_id\":\"i8\",\"title\":\"x\"}",
                        400,
                        invalid,
                        "item_id must be that of the path, i9, was i8"),
                row(
                        "year out of range",
                        "admin",
                        "PUT",
                        "/v1/items/i9",
                        "{\"title\":\"x\",\"year\":31}",
                        400,
                        invalid,
                        "year must be in [1000, 3000], was 31"),
                row(
                                "bad item of a batch",
                                "admin",
                                "POST",
                                "/v1/items:batch",
                                "{\"items\":[{\"item_id\":\"a\",\"title\":\"t\"},{\"title\":\"t\"}]}",
                                400,
                                invalid,
                                "item_id is required")
                        .at("#/items/1/item_id"),
                row(
                                "unknown interaction type",
                                "admin",
                                "POST",
                                "/v1/interactions",
                                "{\"user_id\":\"ann\",\"item_id\":\"i1\",\"type\":\"stared\"}",
                                400,
                                invalid,
                                "interaction type must be one of rated, liked")
                        .at("#/type"),
                row(
                                "rated without stars",
                                "admin",
                                "POST",
                                "/v1/interactions",
                                "{\"user_id\":\"ann\",\"item_id\":\"i1\",\"type\":\"rated\"}",
                                400,
                                invalid,
                                "value is required")
                        .at("#/value"),
                row(
                        "interaction with no such item",
                        "admin",
                        "POST",
                        "/v1/interactions",
                        "{\"user_id\":\"ann\",\"item_id\":\"i77\",\"type\":\"liked\"}",
                        400,
                        invalid,
                        "item i77 is not in the catalog"),
                row(
                                "key of unknown role",
                                "admin",
                                "POST",
                                "/v1/api-keys",
                                "{\"role\":\"root\"}",
                                400,
                                invalid,
                                "Role must be one of admin, app, user, was root")
                        .at("#/role"),
                row(
                        "user key without user",
                        "admin",
                        "POST",
                        "/v1/api-keys",
                        "{\"role\":\"user\"}",
                        400,
                        invalid,
                        "a key of role user names its user_id"),
                row(
                        "empty edit",
                        "admin",
                        "PATCH",
                        "/v1/memories/{memory}",
                        "{}",
                        400,
                        invalid,
                        "name at least one of text"),
                row(
                        "10 MB body",
                        "admin",
                        "PUT",
                        "/v1/items/i9",
                        "x".repeat(10 << 20),
                        413,
                        "payload_too_large",
                        "at most 1048576 are read"));
    }

    private static Stream<Row> credentials() {
        return Stream.of(
                row("no key", "none", "GET", "/v1/items/i1", null, 401, "unauthorized", "send a key as X-API-Key"),
                row(
                        "no key on a write",
                        "none",
                        "POST",
                        "/v1/conversations",
                        "{\"user_id\":\"ann\"}",
                        401,
                        "unauthorized",
                        "send a key"),
                row(
                        "wrong key",
                        "pk_wrong",
                        "GET",
                        "/v1/items/i1",
                        null,
                        401,
                        "unauthorized",
                        "the key is unknown, expired or revoked"),
                row("two keys", "admin", "GET", "/v1/items/i1", null, 401, "unauthorized", "the key is unknown")
                        .with("Authorization", "Bearer pk_other"),
                row("basic credentials", "none", "GET", "/v1/items/i1", null, 401, "unauthorized", "the key is unknown")
                        .with("Authorization", "Basic YTpi"),
                row(
                        "used-up login link",
                        "none",
                        "GET",
                        "/login?token=abc",
                        null,
                        401,
                        "unauthorized",
                        "a login link works once"),
                row(
                        "local door without token",
                        "none",
                        "POST",
                        "/local/login-links",
                        "",
                        401,
                        "unauthorized",
                        "the local token is missing or wrong"),
                row(
                        "keys by an app",
                        "app",
                        "GET",
                        "/v1/api-keys",
                        null,
                        403,
                        "forbidden_scope",
                        "the role of this credential may not do this"),
                row(
                        "item written by a user",
                        "user",
                        "PUT",
                        "/v1/items/i1",
                        "{\"title\":\"x\"}",
                        403,
                        "forbidden_scope",
                        "role"),
                row("users listed by a user", "user", "GET", "/v1/users", null, 403, "forbidden_scope", "role"),
                row("jobs read by a user", "user", "GET", "/v1/jobs", null, 403, "forbidden_scope", "role"));
    }

    private static Stream<Row> scopes() {
        return Stream.of(
                row(
                                "missing scope, conversation",
                                "app",
                                "POST",
                                "/v1/conversations",
                                "{}",
                                400,
                                "scope_required",
                                "a user_id is required")
                        .at("#/user_id"),
                row(
                        "missing scope, memories",
                        "app",
                        "GET",
                        "/v1/memories",
                        null,
                        400,
                        "scope_required",
                        "a user_id is required"),
                row(
                        "another's list",
                        "user",
                        "POST",
                        "/v1/recommendations",
                        "{\"user_id\":\"bob\"}",
                        403,
                        "forbidden_scope",
                        "this credential reaches only its own user's things"),
                row(
                        "another's memories",
                        "user",
                        "GET",
                        "/v1/memories?user_id=bob",
                        null,
                        403,
                        "forbidden_scope",
                        "its own user's"),
                row(
                        "a user who is not there, by a user",
                        "user",
                        "GET",
                        "/v1/users/nobody",
                        null,
                        403,
                        "forbidden_scope",
                        "its own user's"),
                row(
                        "unknown user",
                        "admin",
                        "GET",
                        "/v1/users/nobody",
                        null,
                        404,
                        "not_found",
                        "there is no user nobody; PUT /v1/users/nobody makes one"),
                row(
                        "unknown user, list",
                        "admin",
                        "POST",
                        "/v1/recommendations",
                        "{\"user_id\":\"nobody\"}",
                        404,
                        "not_found",
                        "there is no user nobody"));
    }

    private static Stream<Row> things() {
        return Stream.of(
                row("unknown item", "admin", "GET", "/v1/items/i77", null, 404, "not_found", "there is no item i77"),
                row(
                        "unknown conversation",
                        "admin",
                        "GET",
                        "/v1/conversations/c1",
                        null,
                        404,
                        "not_found",
                        "there is no conversation c1"),
                row(
                        "unknown memory",
                        "admin",
                        "GET",
                        "/v1/memories/m1",
                        null,
                        404,
                        "not_found",
                        "there is no memory m1"),
                row(
                        "unknown recommendation",
                        "admin",
                        "GET",
                        "/v1/recommendations/r1",
                        null,
                        404,
                        "not_found",
                        "\"record\": true are kept"),
                row("unknown job", "admin", "GET", "/v1/jobs/j1", null, 404, "not_found", "there is no job j1"),
                row(
                        "unknown key",
                        "admin",
                        "DELETE",
                        "/v1/api-keys/k1",
                        null,
                        404,
                        "not_found",
                        "there is no key in force k1"),
                row(
                        "bad cursor, items",
                        "admin",
                        "GET",
                        "/v1/items?cursor=%21%21",
                        null,
                        400,
                        "validation_failed",
                        "cursor"),
                row(
                        "bad cursor, memories",
                        "admin",
                        "GET",
                        "/v1/memories?user_id=ann&cursor=zz",
                        null,
                        400,
                        "validation_failed",
                        "cursor"),
                row(
                        "limit of nothing",
                        "admin",
                        "GET",
                        "/v1/items?limit=0",
                        null,
                        400,
                        "validation_failed",
                        "limit must be in [1, 500], was 0"),
                row(
                        "limit of words",
                        "admin",
                        "GET",
                        "/v1/items?limit=ten",
                        null,
                        400,
                        "validation_failed",
                        "limit must be of type integer, was ten"),
                row(
                        "deleting a user without a mode",
                        "admin",
                        "DELETE",
                        "/v1/users/ann",
                        null,
                        400,
                        "validation_failed",
                        "mode must be erase, was missing"),
                row(
                                "revision conflict",
                                "admin",
                                "PATCH",
                                "/v1/memories/{memory}",
                                "{\"polarity\":1}",
                                412,
                                "revision_conflict",
                                "is at revision 1, the edit was made on 7")
                        .with("If-Match", "\"7\""),
                row(
                                "bad If-Match",
                                "admin",
                                "PATCH",
                                "/v1/memories/{memory}",
                                "{\"polarity\":1}",
                                400,
                                "validation_failed",
                                "If-Match must be the ETag of the memory")
                        .with("If-Match", "seven"));
    }

    private static Stream<Row> framework() {
        return Stream.of(
                row("no such path", "admin", "GET", "/v1/nothing", null, 404, "not_found", ""),
                row(
                        "wrong method",
                        "admin",
                        "PUT",
                        "/v1/recommendations",
                        "{}",
                        405,
                        "method_not_allowed",
                        "the method PUT is not served here; allowed: POST"),
                row(
                                "unsupported media type",
                                "admin",
                                "POST",
                                "/v1/recommendations",
                                "a=b",
                                415,
                                "unsupported_media_type",
                                "send application/json")
                        .with("Content-Type", "application/x-www-form-urlencoded"),
                row(
                        "encoded slash",
                        "admin",
                        "GET",
                        "/v1/items/a%2Fb",
                        null,
                        400,
                        "validation_failed",
                        "characters that are not served"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isAnsweredByItsProblem(Row row) {
        HttpResponse<String> answer = server.send(request(row));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(row.status());
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
        JsonNode problem = TestServer.JSON.readTree(answer.body());
        assertThat(problem.get("code").asString()).isEqualTo(row.code());
        assertThat(problem.get("status").asInt()).isEqualTo(row.status());
        assertThat(problem.get("type").asString())
                .isEqualTo("https://palate.dev/problems/" + row.code().replace('_', '-'));
        assertThat(problem.get("title").asString()).isNotBlank();
        assertThat(problem.get("detail").asString()).isNotBlank().contains(row.detail());
        assertThat(problem.get("trace_id").asString()).matches("[0-9a-f]{32}");
        if (row.pointer() != null) {
            assertThat(problem.get("errors").get(0).get("pointer").asString()).isEqualTo(row.pointer());
        }
    }

    private static HttpRequest.Builder request(Row row) {
        HttpRequest.Builder request = server.request(row.path().replace("{memory}", memory));
        switch (row.key()) {
            case "none" -> {}
            case "admin" -> request.setHeader("X-API-Key", server.admin());
            case "user" -> request.setHeader("X-API-Key", userKey);
            case "app" -> request.setHeader("X-API-Key", appKey);
            default -> request.setHeader("X-API-Key", row.key());
        }
        if (row.body() != null) {
            request.setHeader("Content-Type", "application/json");
        }
        for (int i = 0; i < row.headers().size(); i += 2) {
            request.setHeader(row.headers().get(i), row.headers().get(i + 1));
        }
        return request.method(
                row.method(),
                row.body() == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(row.body()));
    }
}
