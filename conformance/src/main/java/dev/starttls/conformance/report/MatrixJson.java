package dev.starttls.conformance.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.Matrix;

/** The matrix of a domain as JSON: every row has a place for every server, in their order. */
final class MatrixJson {
    private MatrixJson() {}

    static void write(ObjectNode json, Matrix matrix) {
        ArrayNode hosts = json.putArray("hosts");
        for (Matrix.Host host : matrix.hosts()) {
            ObjectNode one = hosts.addObject();
            one.put("target", host.target().url());
            host.target().address().ifPresent(address -> one.put("address", address.getHostAddress()));
            one.put("role", host.role());
            host.unchecked().ifPresent(why -> one.put("unchecked", why));
        }
        ArrayNode rows = json.putArray("rows");
        for (Matrix.Row row : matrix.rows()) {
            ObjectNode one = rows.addObject();
            one.put("id", row.check().id());
            one.put("title", row.check().title());
            one.put("level", row.check().level().key());
            row.domain().ifPresent(verdict -> cell(one.putObject("domain"), verdict));
            ArrayNode cells = one.putArray("hosts");
            row.hosts()
                    .forEach(verdict ->
                            verdict.ifPresentOrElse(found -> cell(cells.addObject(), found), cells::addNull));
        }
    }

    private static void cell(ObjectNode json, Verdict verdict) {
        json.put("verdict", verdict.status().key());
        json.put("detail", verdict.detail());
    }
}
