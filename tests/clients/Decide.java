import org.openapitools.client.ApiClient;
import org.openapitools.client.api.DecisionsApi;
import org.openapitools.client.model.CreditVillageDecision;
import org.openapitools.client.model.VillageCase;

/** A decision through the client that openapi-generator makes for Java. */
public class Decide {
    public static void main(String[] args) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(args[0]);
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + args[1]));
        String written = "{\"subject\": {\"id\": \"V-9\"}, \"on\": \"2026-12-31\", "
            + "\"facts\": {\"households\": 100, \"a_grade_households\": 54}}";
        VillageCase asked = client.getObjectMapper().readValue(written, VillageCase.class);
        CreditVillageDecision found = new DecisionsApi(client).decideCreditVillage(asked, null, null, "en", null);
        System.out.println(found.getOutcome() + " " + (found.getLogId() != null));
    }
}
